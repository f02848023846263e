import django.db.models.deletion
import ringar.solvers.models
import uuid
from django.conf import settings
from django.db import migrations, models

from ringar.core.search import add_word_index


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('core', '0002_complaint'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='Call',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('uuid', models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ('title', models.CharField(max_length=200, verbose_name='heading')),
                ('text', models.TextField(verbose_name='what we look for')),
                ('deadline', models.DateTimeField(verbose_name='deadline')),
                ('state', models.CharField(choices=[('draft', 'Draft'), ('open', 'Open'), ('closed', 'Closed, being answered'), ('answered', 'Everyone has been answered')], default='draft', max_length=10, verbose_name='state')),
                ('language', models.CharField(default='sv', max_length=5)),
                ('created_at', models.DateTimeField()),
                ('changed_at', models.DateTimeField()),
                ('opened_at', models.DateTimeField(blank=True, null=True)),
                ('created_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='calls', to=settings.AUTH_USER_MODEL)),
                ('organisation', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='calls', to='core.organisation')),
            ],
        ),
        migrations.CreateModel(
            name='CallCriterion',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('order', models.PositiveSmallIntegerField()),
                ('text', models.CharField(max_length=300, verbose_name='criterion')),
                ('call', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='criteria', to='solvers.call')),
            ],
            options={
                'ordering': ['order'],
            },
        ),
        migrations.CreateModel(
            name='CallNeed',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('need_uuid', models.UUIDField(db_index=True)),
                ('need_title', models.CharField(max_length=200)),
                ('call', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='needs', to='solvers.call')),
            ],
            options={
                'ordering': ['id'],
            },
        ),
        migrations.CreateModel(
            name='Solution',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('uuid', models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ('name', models.CharField(max_length=200, verbose_name='name')),
                ('what', models.TextField(verbose_name='what it does')),
                ('for_whom', models.TextField(blank=True, verbose_name='for whom')),
                ('maturity', models.CharField(blank=True, choices=[('idea', 'Idea'), ('prototype', 'Prototype'), ('piloted', 'Tried in a pilot'), ('in_use', 'In use'), ('spread', 'In use in many places')], max_length=12, verbose_name='maturity')),
                ('price_class', models.CharField(blank=True, choices=[('free', 'Free of charge'), ('below_100k', 'Below SEK 100,000'), ('100k_700k', 'SEK 100,000–700,000'), ('above_700k', 'Above SEK 700,000')], max_length=12, verbose_name='price')),
                ('price_note', models.CharField(blank=True, max_length=500, verbose_name='about the price')),
                ('data_needs', models.TextField(blank=True, verbose_name='data it needs')),
                ('integration_needs', models.TextField(blank=True, verbose_name='systems it must be connected to')),
                ('languages', models.CharField(blank=True, max_length=100, verbose_name='languages')),
                ('secrecy', models.TextField(blank=True, verbose_name='asked to be kept secret')),
                ('language', models.CharField(default='sv', max_length=5)),
                ('is_published', models.BooleanField(default=False)),
                ('words', models.TextField(blank=True)),
                ('text_hash', models.CharField(blank=True, max_length=64)),
                ('created_at', models.DateTimeField()),
                ('changed_at', models.DateTimeField()),
                ('source', models.CharField(blank=True, max_length=60)),
                ('external_id', models.CharField(blank=True, max_length=200)),
                ('created_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='solutions', to=settings.AUTH_USER_MODEL)),
            ],
        ),
        migrations.CreateModel(
            name='Reference',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('municipality', models.CharField(max_length=100, verbose_name='municipality')),
                ('year', models.PositiveSmallIntegerField(blank=True, null=True, verbose_name='year')),
                ('what', models.TextField(blank=True, verbose_name='what was done')),
                ('effect', models.TextField(blank=True, verbose_name='what came of it')),
                ('organisation', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='solution_references', to='core.organisation')),
                ('solution', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='references', to='solvers.solution')),
            ],
            options={
                'ordering': ['id'],
            },
        ),
        migrations.CreateModel(
            name='Answer',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('uuid', models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ('token', models.CharField(default=ringar.solvers.models.new_token, editable=False, max_length=64, unique=True)),
                ('name', models.CharField(blank=True, max_length=200, verbose_name='name')),
                ('email', models.EmailField(max_length=254, verbose_name='e-mail')),
                ('text', models.TextField(verbose_name='your answer')),
                ('language', models.CharField(default='sv', max_length=5)),
                ('state', models.CharField(choices=[('received', 'Received, waits for a decision'), ('invited', 'Invited to a meeting'), ('declined', 'Not invited'), ('withdrawn', 'Withdrawn by the sender')], default='received', max_length=10, verbose_name='state')),
                ('reason', models.TextField(blank=True, verbose_name='reason')),
                ('created_at', models.DateTimeField()),
                ('changed_at', models.DateTimeField()),
                ('email_verified_at', models.DateTimeField(blank=True, null=True)),
                ('answered_at', models.DateTimeField(blank=True, null=True)),
                ('decided_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='decided_answers', to=settings.AUTH_USER_MODEL)),
                ('call', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='answers', to='solvers.call')),
                ('solution', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='answers', to='solvers.solution')),
            ],
        ),
        migrations.CreateModel(
            name='Solver',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('uuid', models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ('name', models.CharField(max_length=200, verbose_name='name')),
                ('kind', models.CharField(choices=[('company', 'Company'), ('sole_trader', 'Sole trader'), ('university', 'University'), ('institute', 'Research institute'), ('association', 'Association'), ('municipality', 'Municipality'), ('incubator', 'Incubator')], default='company', max_length=20, verbose_name='kind')),
                ('organisation_number', models.CharField(blank=True, max_length=10, verbose_name='organisation number')),
                ('email', models.EmailField(blank=True, max_length=254, verbose_name='e-mail')),
                ('website', models.URLField(blank=True, verbose_name='website')),
                ('municipality', models.CharField(blank=True, max_length=100, verbose_name='municipality')),
                ('about', models.TextField(blank=True, verbose_name='about')),
                ('languages', models.CharField(blank=True, max_length=100, verbose_name='languages')),
                ('founded', models.PositiveSmallIntegerField(blank=True, null=True, verbose_name='founded')),
                ('state', models.CharField(choices=[('registered', 'Registered'), ('verified', 'Checked'), ('hidden', 'Hidden')], default='registered', max_length=12, verbose_name='state')),
                ('language', models.CharField(default='sv', max_length=5)),
                ('words', models.TextField(blank=True)),
                ('created_at', models.DateTimeField()),
                ('changed_at', models.DateTimeField()),
                ('source', models.CharField(blank=True, max_length=60)),
                ('external_id', models.CharField(blank=True, max_length=200)),
                ('created_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='solvers', to=settings.AUTH_USER_MODEL)),
                ('organisation', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='own_solvers', to='core.organisation')),
                ('registered_in', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='registered_solvers', to='core.organisation')),
            ],
        ),
        migrations.AddField(
            model_name='solution',
            name='solver',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='solutions', to='solvers.solver'),
        ),
        migrations.AddIndex(
            model_name='call',
            index=models.Index(fields=['state', 'deadline', 'id'], name='call_by_state'),
        ),
        migrations.AddConstraint(
            model_name='callcriterion',
            constraint=models.UniqueConstraint(fields=('call', 'order'), name='call_criterion_order'),
        ),
        migrations.AddConstraint(
            model_name='callneed',
            constraint=models.UniqueConstraint(fields=('call', 'need_uuid'), name='call_need_once'),
        ),
        migrations.AddIndex(
            model_name='answer',
            index=models.Index(fields=['call', 'state', 'id'], name='answer_by_state'),
        ),
        migrations.AddIndex(
            model_name='answer',
            index=models.Index(fields=['email', 'created_at'], name='answer_by_email'),
        ),
        migrations.AddIndex(
            model_name='solver',
            index=models.Index(fields=['name', 'id'], name='solver_by_name'),
        ),
        migrations.AddIndex(
            model_name='solver',
            index=models.Index(fields=['kind', 'name', 'id'], name='solver_by_kind'),
        ),
        migrations.AddIndex(
            model_name='solver',
            index=models.Index(fields=['organisation_number'], name='solver_by_number'),
        ),
        migrations.AddConstraint(
            model_name='solver',
            constraint=models.UniqueConstraint(condition=models.Q(('external_id', ''), _negated=True), fields=('source', 'external_id'), name='solver_imported_once'),
        ),
        migrations.AddIndex(
            model_name='solution',
            index=models.Index(fields=['is_published', '-id'], name='solution_newest'),
        ),
        migrations.AddIndex(
            model_name='solution',
            index=models.Index(fields=['is_published', 'maturity', '-id'], name='solution_by_maturity'),
        ),
        migrations.AddIndex(
            model_name='solution',
            index=models.Index(fields=['is_published', 'price_class', '-id'], name='solution_by_price'),
        ),
        migrations.AddIndex(
            model_name='solution',
            index=models.Index(fields=['text_hash'], name='solution_by_text'),
        ),
        migrations.AddConstraint(
            model_name='solution',
            constraint=models.UniqueConstraint(condition=models.Q(('external_id', ''), _negated=True), fields=('source', 'external_id'), name='solution_imported_once'),
        ),
        add_word_index("solvers_solver"),
        add_word_index("solvers_solution"),
    ]
